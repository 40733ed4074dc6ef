package io.concordkv.house.planted.transport;

public record Wire(int end) {}
