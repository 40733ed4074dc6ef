@NullMarked
package io.concordkv.storage.engine.lsm.table;

import org.jspecify.annotations.NullMarked;
