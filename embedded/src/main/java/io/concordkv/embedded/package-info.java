/// The embedded store: [ConcordDb] for Java programs, over any engine, without a cluster.
///
/// The heart is [Store]: one thread, one `Env`, no locks, so it runs in the simulator as it is
/// ([HostedStore]). Around it lies a thin shell that any thread may enter, and here alone threads
/// share state:
///
/// | what | how | why |
/// |---|---|---|
/// | the way to the loop | the loop's own queue, its turn, which one thread has at a time, and a future that the caller waits on ([Calls]) | the engine has one owner; who finds the loop idle takes its turn and needs no other thread |
/// | the content that readers see | an `AtomicReference` to a [Published] view with a count of its readers | a reader takes no lock and waits for no writer |
/// | how many transactions are open | an `AtomicInteger` | with none open, nothing is kept for the finding of conflicts |
/// | the age of transactions | an `AtomicLong` | who begins needs no answer from the loop; the locks themselves are the loop's ([Locks]) |
/// | checkpoints, moves to another engine | a `ReentrantLock` in [ConcordDb] | they are built at one place |
///
/// There is no readers-writer lock, since who reads has a view of its own that nobody changes, and
/// no lock in segments, since all writes go through one log one after the other anyway.
@NullMarked
package io.concordkv.embedded;

import org.jspecify.annotations.NullMarked;
