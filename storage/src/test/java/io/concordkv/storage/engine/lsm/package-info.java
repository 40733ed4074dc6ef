@NullMarked
package io.concordkv.storage.engine.lsm;

import org.jspecify.annotations.NullMarked;
