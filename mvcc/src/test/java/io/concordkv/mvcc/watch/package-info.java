@NullMarked
package io.concordkv.mvcc.watch;

import org.jspecify.annotations.NullMarked;
