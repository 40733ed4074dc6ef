@NullMarked
package io.concordkv.storage.engine.lsm.manifest;

import org.jspecify.annotations.NullMarked;
