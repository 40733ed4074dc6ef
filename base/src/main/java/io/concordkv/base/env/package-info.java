/// The seams: the only doors through which time, chance, files and threads come in.
///
/// A node is a deterministic function of its inputs. Everything it takes from the world comes
/// through one [Env]; the network comes through `transport.Transport`. [RealEnv] is the world; the
/// testkit has a simulated one in which time is virtual, a disk can lose what was not synced, and a
/// seed decides everything that chance would.
///
/// Whoever holds an `Env` runs on its event loop and never blocks. [Workers] are the only way out:
/// a worker gets immutable input, and its result is posted home to the loop.
@NullMarked
package io.concordkv.base.env;

import org.jspecify.annotations.NullMarked;
