@NullMarked
package io.concordkv.mvcc.lease;

import org.jspecify.annotations.NullMarked;
