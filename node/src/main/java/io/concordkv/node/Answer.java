package io.concordkv.node;

/// An answer with its header.
public record Answer<T>(Header header, T value) {}
