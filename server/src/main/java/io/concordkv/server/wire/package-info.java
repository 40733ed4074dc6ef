/// Between etcd's messages and the node's records: one-to-one mappings, and the checks that etcd
/// makes before a request gets anywhere near the log. All of it is pure.
@NullMarked
package io.concordkv.server.wire;

import org.jspecify.annotations.NullMarked;
