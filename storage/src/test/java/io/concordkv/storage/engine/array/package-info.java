@NullMarked
package io.concordkv.storage.engine.array;

import org.jspecify.annotations.NullMarked;
