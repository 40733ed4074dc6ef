package io.concordkv.house.planted.mvcc.left;

import com.google.protobuf.ByteString;

public record Foreign(ByteString bytes) {}
