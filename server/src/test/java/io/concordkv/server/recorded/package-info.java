/// Replays what a real etcd was asked and answered against this server, through real channels.
@NullMarked
package io.concordkv.server.recorded;

import org.jspecify.annotations.NullMarked;
