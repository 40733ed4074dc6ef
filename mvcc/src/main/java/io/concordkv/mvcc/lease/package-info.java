/// Leases: keys that live as long as somebody keeps their lease alive.
@NullMarked
package io.concordkv.mvcc.lease;

import org.jspecify.annotations.NullMarked;
