package io.concordkv.house.planted.replica.bare;

public record ThingManager(int things) {}
