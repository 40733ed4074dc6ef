/// Frames between nodes. [Transport] promises little: a frame arrives at most once, in any order,
/// or never; sending neither blocks nor throws. Whoever needs more builds it above.
@NullMarked
package io.concordkv.transport;

import org.jspecify.annotations.NullMarked;
