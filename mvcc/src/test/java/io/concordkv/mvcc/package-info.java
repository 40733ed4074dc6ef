@NullMarked
package io.concordkv.mvcc;

import org.jspecify.annotations.NullMarked;
