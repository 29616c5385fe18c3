//! Where a name stands below the closest enclosing anchor (RFC 4035 section 5.2).

use std::sync::Arc;

use super::failure::Failure;
use super::key::ZoneKeys;
use crate::cause::Basis;

/// Where a name stands below the closest enclosing anchor.
#[derive(Clone, Debug)]
pub(crate) enum Standing {
    /// The apex of a zone with proven keys.
    Zone(Arc<ZoneKeys>),
    /// No zone cut here: the name belongs to this zone.
    Inside(Arc<ZoneKeys>),
    /// The name, or one above it, does not exist in this zone: no cut can be there or below.
    Nothing(Arc<ZoneKeys>),
    /// At or below a proven insecure delegation, for this reason.
    Insecure(Arc<Basis>),
    /// Not knowable.
    Failed(Failure),
}
