//! The behaviour suite: what every sentence of the storage traits means, as tests any back end can
//! run from one list. See [`crate::storage_behaves`].
//!
//! Ids and times come from here, so that a failure is the same failure each time. What needs a
//! restart, a second node or a full disk is for the back end's own tests.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "these are tests, compiled as a library so that every back end runs the same ones"
)]

pub mod batches;
pub mod bytes;
pub mod letters;
pub mod lists;
pub mod mailboxes;
pub mod operating;
pub mod receiving;
pub mod records;
pub mod removing;
mod samples;
pub mod work;

use std::sync::Arc;

use super::{Batch, Conflict, Op, StorageError, Store};

/// Something that holds a fresh store while it is tried, for example with its temporary folder.
pub trait Subject {
    /// The store.
    fn store(&self) -> Arc<dyn Store>;
}

impl<S: Store> Subject for Arc<S> {
    fn store(&self) -> Arc<dyn Store> {
        self.clone()
    }
}

/// A store and whatever must outlive it.
impl<S: Store, G> Subject for (Arc<S>, G) {
    fn store(&self) -> Arc<dyn Store> {
        self.0.clone()
    }
}

/// Makes one test per behaviour: `storage_behaves!(memory, Memory::open());`. The expression is
/// evaluated for each test and gives a [`behaviour::Subject`](crate::storage::behaviour::Subject) on
/// an empty store. The calling crate needs `tokio` with `macros`, `rt` and `time`.
#[macro_export]
macro_rules! storage_behaves {
    ($name:ident, $subject:expr) => {
        #[cfg(test)]
        mod $name {
            #[allow(unused_imports, reason = "the expression may need none of them")]
            use super::*;

            $crate::storage_behaves! { @each $subject;
                batches::a_batch_happens_in_the_order_of_its_operations
                batches::a_batch_with_a_conflict_changes_nothing
                batches::a_conflict_late_in_a_batch_takes_back_changes_to_rows_that_were_there
                batches::adding_what_is_there_conflicts
                batches::changing_what_is_not_there_conflicts
                batches::a_memo_moves_only_from_where_it_stands
                batches::moving_a_memo_sets_what_is_given_and_keeps_the_rest
                batches::the_instant_of_arrival_is_set_once
                batches::an_archive_is_taken_apart_once_and_its_bytes_let_go
                batches::an_identity_belongs_to_one_message_of_one_holder
                batches::of_two_takers_of_an_identity_at_once_one_wins
                batches::an_empty_batch_is_fine
                batches::putting_again_replaces
                work::interactive_work_comes_before_bulk_then_by_time_then_by_id
                work::work_is_claimed_when_due_and_not_before
                work::a_claim_takes_one_kind_and_at_most_the_limit
                work::work_under_lease_is_not_claimed_again
                work::claims_at_once_never_share_a_job
                work::work_whose_lease_ran_out_is_claimed_by_the_next
                work::a_lease_that_ran_out_still_counts_until_somebody_else_claims
                work::only_the_holder_finishes_or_retries
                work::a_retried_job_waits_until_its_new_time_and_keeps_its_history
                work::next_due_counts_leases
                work::postponing_a_system_moves_its_unclaimed_calls_and_no_others
                work::hastening_a_system_makes_its_unclaimed_calls_due
                work::work_that_came_before_the_wait_ends_it_at_once
                work::a_commit_wakes_who_waits
                work::an_idle_store_does_not_keep_waking
                work::a_dropped_wait_harms_nobody
                receiving::a_received_letter_is_claimed_as_it_came_and_filed_once
                receiving::received_letters_of_one_account_come_in_their_order
                receiving::received_letters_are_claimed_from_each_account_in_turn
                receiving::received_bulk_waits_for_interactive_but_for_its_share
                receiving::a_received_letter_under_lease_is_not_claimed_again
                receiving::a_received_letter_whose_lease_ran_out_is_filed_by_who_was_slow_but_alone
                receiving::a_filing_that_conflicts_leaves_the_letter_with_its_worker
                receiving::claims_at_once_never_share_a_received_letter
                receiving::a_received_letter_is_work_inside_that_is_due
                receiving::received_letters_stand_as_work_since_they_came
                receiving::a_received_letter_wakes_who_waits
                receiving::content_with_a_file_of_its_own_is_not_received
                receiving::jobs_are_claimed_from_each_account_in_turn
                receiving::bulk_jobs_wait_for_interactive_but_for_their_share
                letters::what_was_written_is_read_back
                letters::a_single_message_is_found_by_its_identity
                letters::deliveries_wait_until_answered
                letters::the_newest_delivery_of_a_message_uuid_is_found
                letters::a_delivery_moves_only_from_the_states_named
                letters::receipts_wait_until_delivered
                letters::receipts_of_a_message_come_oldest_first
                letters::a_mailbox_shows_a_folder_newest_first
                letters::the_first_reading_is_the_one_that_counts
                letters::unread_counts_the_inbox_alone
                mailboxes::a_message_is_filed_where_its_owner_wants_it
                mailboxes::a_mailbox_is_listed_without_its_bytes
                mailboxes::what_is_in_each_folder_is_counted
                mailboxes::a_message_taken_out_of_a_mailbox_stays_elsewhere
                letters::events_come_back_in_the_order_they_were_committed
                letters::each_event_of_a_message_has_its_place_in_the_chain
                letters::counts_count
                operating::work_on_hold_is_nobodys_until_it_is_let_go
                operating::work_under_way_is_not_moved_or_removed
                operating::work_is_removed_once_and_done_again_from_the_start
                operating::the_book_of_a_day_tells_where_its_letters_stand
                operating::the_book_of_a_day_tells_where_removed_letters_stood_until_the_day_is_forgotten
                operating::events_are_found_by_what_they_are_about
                lists::pages_hold_every_element_once_and_say_how_many_there_are
                lists::the_registry_is_listed_by_name
                lists::the_registry_is_found_by_number
                lists::memos_of_a_submission_come_by_key
                removing::what_ages_comes_oldest_first_and_only_from_before_the_limit
                removing::what_aged_twice_tells_the_last_time
                removing::a_removed_memo_takes_with_it_what_was_its_alone
                removing::a_memo_that_moved_or_is_in_a_mailbox_is_not_removed
                removing::a_removed_receipt_is_counted_and_no_longer_waits
                removing::old_events_go_from_the_beginning_by_whole_days_and_the_log_stays_sound
                removing::the_work_of_the_house_is_read_back
                records::a_record_is_read_back_with_its_bytes
                records::a_record_is_made_once_and_changed_from_the_version_that_was_read
                records::a_record_that_goes_lets_go_of_its_bytes
                records::records_are_listed_by_owner_by_kind_and_by_name
                bytes::up_to_64_kib_travel_in_the_row
                bytes::more_than_64_kib_go_to_the_store
                bytes::digests_are_sha_256_and_lengths_are_told
                bytes::the_same_bytes_are_stored_once
                bytes::a_dropped_sink_leaves_nothing
                bytes::content_can_be_read_from_anywhere
                bytes::content_that_is_not_there_is_damage
                bytes::small_content_survives_with_its_memo
                bytes::a_sweep_removes_old_content_that_nothing_names
                bytes::a_sweep_keeps_what_rows_name
                bytes::a_sweep_keeps_what_is_young
                bytes::bytes_written_again_are_young_again
                bytes::the_bytes_of_an_archive_go_once_it_was_taken_apart
                bytes::a_row_without_its_bytes_is_reported
                bytes::a_sound_store_verifies_without_findings
            }
        }
    };
    (@each $subject:expr; $($part:ident :: $behaviour:ident)*) => {$(
        #[tokio::test]
        async fn $behaviour() {
            let subject = $subject;
            let store = $crate::storage::behaviour::Subject::store(&subject);
            let trial = $crate::storage::behaviour::$part::$behaviour(store);
            let limit = std::time::Duration::from_secs(60);
            if tokio::time::timeout(limit, trial).await.is_err() {
                panic!("no end after 60 s: a wake-up was lost or a commit hangs");
            }
        }
    )*};
}

/// Commits, and expects it to hold.
async fn commit(store: &Arc<dyn Store>, ops: impl IntoIterator<Item = Op>) {
    store.commit(Batch { ops: ops.into_iter().collect() }).await.expect("the batch is made");
}

/// Commits, and expects a conflict.
async fn conflict(store: &Arc<dyn Store>, ops: impl IntoIterator<Item = Op>) -> Conflict {
    match store.commit(Batch { ops: ops.into_iter().collect() }).await {
        Err(StorageError::Conflict(conflict)) => conflict,
        Err(other) => panic!("a conflict was expected, not {other}"),
        Ok(()) => panic!("a conflict was expected"),
    }
}
