@NullMarked
package io.concordkv.storage.engine.memtable;

import org.jspecify.annotations.NullMarked;
