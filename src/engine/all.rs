//! Several things at once.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// The outcomes of all, in their order.
pub(crate) async fn all<T>(work: Vec<Pin<Box<dyn Future<Output = T> + '_>>>) -> Vec<T> {
    let mut slots: Vec<_> = work.into_iter().map(|work| (Some(work), None)).collect();
    poll_fn(|context| {
        for (work, outcome) in &mut slots {
            if let Some(running) = work
                && let Poll::Ready(done) = running.as_mut().poll(context)
            {
                (*work, *outcome) = (None, Some(done));
            }
        }
        let is_done = slots.iter().all(|(work, _)| work.is_none());
        if is_done { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    slots.into_iter().filter_map(|(_, outcome)| outcome).collect()
}
