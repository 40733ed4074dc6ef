@NullMarked
package io.concordkv.storage.wal;

import org.jspecify.annotations.NullMarked;
