@NullMarked
package io.concordkv.replica.wire;

import org.jspecify.annotations.NullMarked;
