@NullMarked
package io.concordkv.storage.engine.memory;

import org.jspecify.annotations.NullMarked;
