/// How replication speaks and writes: the one codec of Raft's messages, of a group's records in the
/// log, and of snapshot streams. Formats: docs/formats/message.md.
@NullMarked
package io.concordkv.replica.wire;

import org.jspecify.annotations.NullMarked;
