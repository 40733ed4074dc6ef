package io.concordkv.house.planted.mvcc.right;

import io.concordkv.house.planted.mvcc.left.Left;
import org.jspecify.annotations.Nullable;

public record Right(@Nullable Left left) {}
