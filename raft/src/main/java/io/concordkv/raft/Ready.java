package io.concordkv.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What has to be done now. The driver
///
/// 1. sends `messages` at once (the leader's appends need not wait for its own disk),
/// 2. persists `snapshot`, then `entries` (an entry replaces what the log has at its index and
///    behind it), then `hardState`, in this order and atomically in the log,
/// 3. once that is durable (at once, if not `mustSync`) sends `messagesAfterPersist` and calls
///    [RaftNode#persisted(Ready)], in the order of the Readys,
/// 4. applies `committed` in order and calls [RaftNode#applied(long)],
/// 5. answers `readStates` once their index is applied.
///
/// Several Readys may be under way at once.
public record Ready(
    long number,
    Role role,
    long leader,
    @Nullable HardState hardState,
    @Nullable SnapshotMark snapshot,
    List<Entry> entries,
    boolean mustSync,
    List<Message> messages,
    List<Message> messagesAfterPersist,
    List<Entry> committed,
    List<ReadState> readStates) {
  public Ready {
    entries = List.copyOf(entries);
    messages = List.copyOf(messages);
    messagesAfterPersist = List.copyOf(messagesAfterPersist);
    committed = List.copyOf(committed);
    readStates = List.copyOf(readStates);
  }
}
