//! Several things at once.

use std::future::poll_fn;
use std::task::Poll;

use super::part::Part;

/// The outcomes of all, in their order.
pub(crate) async fn all<T>(work: impl IntoIterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let above = poll_fn(|context| Poll::Ready(context.waker().clone())).await;
    let parts = work.into_iter().map(|work| (Some(Part::new(Box::pin(work), above.clone())), None));
    let mut parts: Vec<(Option<Part<'_, T>>, Option<T>)> = parts.collect();
    poll_fn(|_| {
        for (part, outcome) in &mut parts {
            if let Some(Poll::Ready(done)) = part.as_mut().map(Part::poll) {
                (*part, *outcome) = (None, Some(done));
            }
        }
        let is_done = parts.iter().all(|(part, _)| part.is_none());
        if is_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    parts.into_iter().filter_map(|(_, outcome)| outcome).collect()
}
