package io.concordkv.house.planted.node;

import io.grpc.Status;

public record Remote(Status status) {}
