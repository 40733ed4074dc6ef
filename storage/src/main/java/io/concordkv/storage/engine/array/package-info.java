/// The sorted array: what is simplest, and fastest where keys ascend.
@NullMarked
package io.concordkv.storage.engine.array;

import org.jspecify.annotations.NullMarked;
