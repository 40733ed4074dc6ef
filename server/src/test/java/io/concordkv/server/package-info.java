@NullMarked
package io.concordkv.server;

import org.jspecify.annotations.NullMarked;
