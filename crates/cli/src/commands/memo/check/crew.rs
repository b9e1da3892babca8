//! Many inputs on several threads, with what they give in the order of the inputs.

use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, sync_channel};

/// Inputs that may be under way or done before the one whose turn it is, for each thread.
const AHEAD: usize = 4;
/// Pieces of one input that wait for their turn; a thread that has more waits itself.
const PIECES: usize = 16;

/// Lets `work` make pieces of every input on `jobs` threads, and hands all pieces to `take` in the
/// order of the inputs. What waits is bounded, however many inputs there are.
pub(super) fn in_order<I: Sync, P: Send>(
    inputs: &[I],
    jobs: NonZeroUsize,
    work: impl Fn(&I, &mut dyn FnMut(P)) + Sync,
    take: &mut dyn FnMut(P),
) {
    let threads = jobs.get().min(inputs.len());
    if threads <= 1 {
        inputs.iter().for_each(|input| work(input, take));
        return;
    }
    let (announce, announced) = sync_channel::<Receiver<P>>(threads * AHEAD);
    // Whoever takes the next input announces its pieces before anybody takes the one after it.
    let next = Mutex::new((inputs.iter(), announce));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let (input, pieces) = {
                        // A thread that panicked here has taken its input; the rest can go on.
                        let mut next = next.lock().unwrap_or_else(|broken| broken.into_inner());
                        let Some(input) = next.0.next() else { return };
                        let (give, pieces) = sync_channel(PIECES);
                        if next.1.send(pieces).is_err() {
                            return;
                        }
                        (input, give)
                    };
                    // Nobody listens any more only when taking panicked, which ends everything.
                    work(input, &mut |piece| drop(pieces.send(piece)));
                }
            });
        }
        // As many are announced as there are inputs: the sender outlives the threads.
        for pieces in announced.iter().take(inputs.len()) {
            pieces.iter().for_each(&mut *take);
        }
    });
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn pieces_come_in_the_order_of_inputs_whoever_is_first_done() {
        let inputs: Vec<u64> = (0..200).collect();
        for jobs in [1, 2, 7, 400] {
            let mut taken = Vec::new();
            in_order(
                &inputs,
                NonZeroUsize::new(jobs).unwrap(),
                |input, give| {
                    // The first of each few takes longest.
                    std::thread::sleep(Duration::from_micros((7 - input % 7) * 50));
                    (0..input % 40).for_each(|piece| give((*input, piece)));
                },
                &mut |piece| taken.push(piece),
            );
            let expected: Vec<(u64, u64)> =
                inputs.iter().flat_map(|i| (0..i % 40).map(move |p| (*i, p))).collect();
            assert_eq!(taken, expected, "{jobs} threads");
        }
    }

    #[test]
    fn no_input_gives_no_piece() {
        in_order(&[0; 0], NonZeroUsize::MIN, |_, give| give(1), &mut |_| panic!("a piece"));
    }
}
