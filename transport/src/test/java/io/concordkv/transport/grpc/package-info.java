@NullMarked
package io.concordkv.transport.grpc;

import org.jspecify.annotations.NullMarked;
