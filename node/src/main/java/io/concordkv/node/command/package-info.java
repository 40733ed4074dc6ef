/// What goes through a shard's log: commands in their envelope, and the one codec of both.
///
/// The envelope is frozen (docs/formats/command.md): it already carries what a sharded keyspace and
/// authorization will need, so that a log written today can be read then.
@NullMarked
package io.concordkv.node.command;

import org.jspecify.annotations.NullMarked;
