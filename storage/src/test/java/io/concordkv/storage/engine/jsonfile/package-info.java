@NullMarked
package io.concordkv.storage.engine.jsonfile;

import org.jspecify.annotations.NullMarked;
