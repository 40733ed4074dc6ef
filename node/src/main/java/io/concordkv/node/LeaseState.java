package io.concordkv.node;

import io.concordkv.base.Bytes;
import java.util.List;

/// @param ttlSeconds seconds left; -1 if there is no such lease
public record LeaseState(long id, long ttlSeconds, long grantedSeconds, List<Bytes> keys) {}
