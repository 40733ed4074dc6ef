/// The edge: one port that speaks etcd's gRPC and HTTP, in front of one [io.concordkv.node.Node].
///
/// [io.concordkv.server.ConcordServer] owns the sockets. `OnePort` decides per connection which
/// protocol is spoken, `HttpDoor` answers the HTTP paths, and `rpc` has the services. Nothing here
/// knows what a request means: it is checked, mapped to the node's records (`wire`) and passed on.
@NullMarked
package io.concordkv.server;

import org.jspecify.annotations.NullMarked;
