@NullMarked
package io.concordkv.server.rpc;

import org.jspecify.annotations.NullMarked;
