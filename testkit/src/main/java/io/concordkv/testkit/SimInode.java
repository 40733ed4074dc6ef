package io.concordkv.testkit;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// The content of a file: as the page cache shows it, and as the medium has it.
///
/// The unit is the sector: it survives a power cut whole or not at all, in its last state or in any
/// one that it had since the last sync. Sectors do not depend on one another, so a write may be
/// torn and writes may be reordered. Sectors that nobody wrote are zeros and take no memory.
final class SimInode {
  static final int SECTOR_BYTES = 512;

  /// How many states of a sector are remembered between two syncs.
  private static final int MAX_STATES = 8;

  /// How many writes are remembered, synced or not.
  private static final int MAX_WRITES = 64;

  private static final byte[] ZEROS = new byte[SECTOR_BYTES];

  private final HashMap<Long, byte[]> cached = new HashMap<>();
  private final HashMap<Long, byte[]> durable = new HashMap<>();

  /// The states of each sector since the last sync, oldest first; the arrays are never written to.
  private final TreeMap<Long, List<byte[]>> dirty = new TreeMap<>();

  /// What reading shows of a damaged sector instead of what it holds, until it is written again.
  /// Nobody else has these arrays.
  private final TreeMap<Long, byte[]> damaged = new TreeMap<>();

  /// The last writes, oldest first.
  private final ArrayDeque<Extent> writes = new ArrayDeque<>();

  private final List<Long> sizes = new ArrayList<>();
  private long size;
  private long durableSize;

  /// Writes since the last sync.
  private int unsynced;

  private record Extent(long position, int length) {}

  long size() {
    return size;
  }

  int read(long position, ByteBuffer target) {
    int start = target.position();
    int total = read(cached, size, position, target);
    if (!damaged.isEmpty()) {
      showDamage(position, total, target, start);
    }
    return total;
  }

  /// What is on the medium, whatever the page cache shows.
  int readDurable(long position, ByteBuffer target) {
    return read(durable, durableSize, position, target);
  }

  long durableSize() {
    return durableSize;
  }

  private static int read(Map<Long, byte[]> sectors, long size, long position, ByteBuffer target) {
    int total = (int) Math.max(0, Math.min(target.remaining(), size - position));
    int done = 0;
    while (done < total) {
      long at = position + done;
      int within = (int) (at % SECTOR_BYTES);
      int count = Math.min(SECTOR_BYTES - within, total - done);
      target.put(sectors.getOrDefault(at / SECTOR_BYTES, ZEROS), within, count);
      done += count;
    }
    return total;
  }

  private void showDamage(long position, int total, ByteBuffer target, int start) {
    long from = position / SECTOR_BYTES;
    long to = (position + total + SECTOR_BYTES - 1) / SECTOR_BYTES;
    for (var sector : damaged.subMap(from, to).entrySet()) {
      long at = sector.getKey() * SECTOR_BYTES;
      for (int i = 0; i < SECTOR_BYTES; i++) {
        if (at + i >= position && at + i < position + total) {
          target.put((int) (start + at + i - position), sector.getValue()[i]);
        }
      }
    }
  }

  void write(long position, ByteBuffer source) {
    if (writes.size() == MAX_WRITES) {
      writes.removeFirst();
    }
    writes.add(new Extent(position, source.remaining()));
    unsynced++;
    long at = position;
    while (source.hasRemaining()) {
      int within = (int) (at % SECTOR_BYTES);
      int count = Math.min(SECTOR_BYTES - within, source.remaining());
      var state = cached.getOrDefault(at / SECTOR_BYTES, ZEROS).clone();
      source.get(state, within, count);
      change(at / SECTOR_BYTES, state);
      at += count;
    }
    if (at > size) {
      resize(at);
    }
  }

  void truncate(long to) {
    if (to >= size) {
      return;
    }
    long last = (size - 1) / SECTOR_BYTES;
    for (long sector = to / SECTOR_BYTES; sector <= last; sector++) {
      var before = cached.get(sector);
      if (before != null) {
        int keep = Math.clamp(to - sector * SECTOR_BYTES, 0, SECTOR_BYTES);
        change(sector, Arrays.copyOf(Arrays.copyOf(before, keep), SECTOR_BYTES));
      }
    }
    resize(to);
  }

  /// Makes the file at least `to` bytes long; what is new is zeros.
  void extend(long to) {
    if (to > size) {
      resize(to);
    }
  }

  void sync() {
    for (var sector : dirty.entrySet()) {
      durable.put(sector.getKey(), sector.getValue().getLast());
    }
    dirty.clear();
    sizes.clear();
    unsynced = 0;
    durableSize = size;
  }

  /// What a failed sync leaves behind: the pages count as clean, so no later sync writes them. The
  /// cache shows what was written, or, with `revert`, what is on the medium.
  void failSync(boolean revert) {
    dirty.clear();
    sizes.clear();
    if (revert) {
      showDurable();
    }
  }

  /// A power cut: of each sector that was not synced, one of its states survives.
  void crash(SplittableRandom chance) {
    for (var sector : dirty.entrySet()) {
      var states = sector.getValue();
      int chosen = chance.nextInt(-1, states.size());
      if (chosen >= 0) {
        durable.put(sector.getKey(), states.get(chosen));
      }
    }
    int chosenSize = chance.nextInt(-1, sizes.size());
    if (chosenSize >= 0) {
      durableSize = sizes.get(chosenSize);
    }
    dirty.clear();
    sizes.clear();
    cutDurable();
    showDurable();
  }

  /// Turns bits of one byte over, in the cache and on the medium.
  void flip(long position, int mask) {
    var states = List.of(cached, durable);
    for (var state : states) {
      var sector = state.getOrDefault(position / SECTOR_BYTES, ZEROS).clone();
      sector[(int) (position % SECTOR_BYTES)] ^= (byte) mask;
      state.put(position / SECTOR_BYTES, sector);
    }
  }

  /// Turns over a bit of a sector that is not all zeros: of one of the last three, or of any.
  /// Whether there is one.
  boolean rot(SplittableRandom chance, boolean tail) {
    var written = new ArrayList<>(new TreeMap<>(durable).keySet());
    if (written.isEmpty()) {
      return false;
    }
    int from = tail ? Math.max(0, written.size() - 3) : 0;
    long sector = written.get(chance.nextInt(from, written.size()));
    var content = damaged.getOrDefault(sector, durable.getOrDefault(sector, ZEROS)).clone();
    content[chance.nextInt(SECTOR_BYTES)] ^= (byte) (1 << chance.nextInt(8));
    damaged.put(sector, content);
    return true;
  }

  /// As [#sync], but one sector does not get there though it is said to: it shows what was there
  /// before, and, if `misdirected`, another one shows what it should. Whether there was one to
  /// lose.
  boolean syncAstray(SplittableRandom chance, boolean misdirected) {
    var sectors = new ArrayList<>(dirty.keySet());
    if (sectors.isEmpty()) {
      sync();
      return false;
    }
    long lost = sectors.get(chance.nextInt(sectors.size()));
    var before = durable.getOrDefault(lost, ZEROS);
    sync();
    damaged.put(lost, before.clone());
    long last = Math.max(1, size / SECTOR_BYTES);
    long hit = chance.nextLong(last);
    if (misdirected && hit != lost) {
      damaged.put(hit, durable.getOrDefault(lost, ZEROS).clone());
    }
    return true;
  }

  /// As [#sync], but one of the last writes shows up where another one should be, as with a map of
  /// blocks that is wrong, and in its own place stands what was there before. Whether there were
  /// two.
  boolean syncSwapped(SplittableRandom chance) {
    var all = new ArrayList<>(writes);
    int fresh = Math.min(unsynced, all.size());
    if (all.size() < 2 || fresh == 0) {
      sync();
      return false;
    }
    var strayed = all.remove(all.size() - 1 - chance.nextInt(fresh));
    var hit = all.get(chance.nextInt(all.size()));
    var before = new byte[strayed.length];
    readDurable(strayed.position, ByteBuffer.wrap(before));
    var content = content(strayed);
    sync();
    show(strayed.position, before);
    show(hit.position, content);
    return true;
  }

  /// As [#sync], but two of the last writes that are equally long, one of them not synced yet, have
  /// changed places; the other one may have been to one of `others`. Whether there were such.
  boolean syncExchanged(SplittableRandom chance, List<SimInode> others) {
    var pairs = new ArrayList<Exchange>();
    var all = new ArrayList<>(writes);
    for (int i = Math.max(0, all.size() - unsynced); i < all.size(); i++) {
      var one = all.get(i);
      for (int j = 0; j < i; j++) {
        var other = all.get(j);
        if (one.length == other.length && Math.abs(one.position - other.position) >= one.length) {
          pairs.add(new Exchange(one, this, other));
        }
      }
      for (var inode : others) {
        for (var other : inode.writes) {
          if (one.length == other.length && other.position + other.length <= inode.durableSize) {
            pairs.add(new Exchange(one, inode, other));
          }
        }
      }
    }
    if (pairs.isEmpty()) {
      sync();
      return false;
    }
    var chosen = pairs.get(chance.nextInt(pairs.size()));
    var first = content(chosen.one);
    var second = chosen.inode.content(chosen.other);
    sync();
    show(chosen.one.position, second);
    chosen.inode.show(chosen.other.position, first);
    return true;
  }

  private record Exchange(Extent one, SimInode inode, Extent other) {}

  private byte[] content(Extent extent) {
    var content = new byte[extent.length];
    read(extent.position, ByteBuffer.wrap(content));
    return content;
  }

  /// From now on reading shows `content` at `position`.
  private void show(long position, byte[] content) {
    for (int i = 0; i < content.length; i++) {
      long at = position + i;
      var sector =
          damaged.computeIfAbsent(
              at / SECTOR_BYTES, number -> durable.getOrDefault(number, ZEROS).clone());
      sector[(int) (at % SECTOR_BYTES)] = content[i];
    }
  }

  boolean isDamaged() {
    return !damaged.isEmpty();
  }

  /// All sectors show again what they hold.
  void cure() {
    damaged.clear();
  }

  boolean isSynced() {
    return dirty.isEmpty() && sizes.isEmpty();
  }

  private void change(long sector, byte[] state) {
    damaged.remove(sector);
    cached.put(sector, state);
    var states = dirty.computeIfAbsent(sector, key -> new ArrayList<>(2));
    if (states.size() == MAX_STATES) {
      states.removeFirst();
    }
    states.add(state);
  }

  private void resize(long to) {
    size = to;
    if (sizes.size() == MAX_STATES) {
      sizes.removeFirst();
    }
    sizes.add(to);
  }

  /// Nothing lies beyond the end of the file: a sector that survived there is lost.
  private void cutDurable() {
    long end = durableSize;
    durable.keySet().removeIf(sector -> sector * SECTOR_BYTES >= end);
    var last = durable.get(end / SECTOR_BYTES);
    if (last != null) {
      var cut = Arrays.copyOf(Arrays.copyOf(last, (int) (end % SECTOR_BYTES)), SECTOR_BYTES);
      durable.put(end / SECTOR_BYTES, cut);
    }
  }

  private void showDurable() {
    cached.clear();
    cached.putAll(durable);
    size = durableSize;
  }
}
