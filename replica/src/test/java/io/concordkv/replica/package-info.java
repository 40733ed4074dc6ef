@NullMarked
package io.concordkv.replica;

import org.jspecify.annotations.NullMarked;
