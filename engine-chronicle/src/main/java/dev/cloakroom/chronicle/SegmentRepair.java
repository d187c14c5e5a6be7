package dev.cloakroom.chronicle;

import dev.cloakroom.internal.file.OwnerOnlyDirectory;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import net.openhft.chronicle.bytes.BytesStore;
import net.openhft.chronicle.core.OS;
import net.openhft.chronicle.hash.ChronicleHashRecoveryFailedException;
import net.openhft.chronicle.hash.impl.BigSegmentHeader;
import net.openhft.chronicle.hash.impl.TierCountersArea;
import net.openhft.chronicle.hash.impl.VanillaChronicleHash;
import net.openhft.chronicle.map.ChronicleHashCorruptionImpl;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.VanillaChronicleMap;
import net.openhft.chronicle.map.impl.CompiledMapIterationContext;

/**
 * Repairs in place the segments that a killed process was changing. The cost depends on the number of those segments,
 * not on the size of the maps.
 */
/*
 * A process changes a segment only while it holds the lock of the segment, and the lock lies in the map. So a segment
 * with a free lock is complete: the stores of a killed process to mapped memory are in the system's page cache, in
 * their order. This does not hold after a power failure, or for a write without a block on the disk. Then the caller
 * must recover a copy of the whole map.
 *
 * Chronicle's repair rebuilds the table of a segment. A process that is killed during this would lose entries.
 * Therefore the bytes that a repair changes are saved to a file first: the header of the segment and, for each of its
 * tiers, the table, the counters and the list of free chunks, which are contiguous. The next recovery writes them back
 * and begins again. The saved header contains the held lock, so the segment counts as locked again.
 *
 *   the file, in network byte order, for each segment:
 *   i8 number of the map | i32 segment | header | i32 tiers | for each tier: i64 its index, bytes
 *
 * A map adds tiers under a separate lock. If that lock is held, or if the tiers in use are not those of the segments,
 * UnsoundException is thrown and the maps stay unchanged.
 */
final class SegmentRepair {

    /** The name of the file that exists while a repair is unfinished. */
    static final String FILE = "repair";

    private static final String INCOMPLETE = "repair.new";

    private final OwnerOnlyDirectory files;
    private final List<VanillaChronicleMap<?, ?, ?>> maps = new ArrayList<>();

    /** Thrown if a map must be recovered as a whole. */
    static final class UnsoundException extends Exception {

        private static final long serialVersionUID = 1L;

        UnsoundException(String message) {
            super(message);
        }

        UnsoundException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * A segment that is locked.
     *
     * @param map the number of its map
     * @param index its index
     * @param tiers the indices of its tiers, the first one first
     */
    record Segment(int map, int index, List<Long> tiers) {}

    SegmentRepair(OwnerOnlyDirectory files, List<? extends ChronicleMap<?, ?>> maps) {
        this.files = files;
        maps.forEach(map -> this.maps.add((VanillaChronicleMap<?, ?, ?>) map));
    }

    /** Returns whether a repair is unfinished. */
    static boolean isUnfinished(OwnerOnlyDirectory files) {
        return Files.exists(files.file(FILE));
    }

    /** Writes the saved bytes of an unfinished repair back. The caller deletes the file. */
    void undo() throws IOException {
        Path file = files.file(FILE);
        try (InputStream buffered = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
                DataInputStream in = new DataInputStream(buffered)) {
            for (int number = in.read(); number >= 0; number = in.read()) {
                VanillaChronicleMap<?, ?, ?> map = maps.get(number);
                int segment = in.readInt();
                write(map.segmentHeaderAddress(segment), in.readNBytes(headerLength(map)));
                int tiers = in.readInt();
                for (int i = 0; i < tiers; i++) {
                    long tier = in.readLong();
                    write(map.tierIndexToBaseAddr(tier), in.readNBytes(tableLength(map)));
                }
            }
        }
    }

    /**
     * Repairs the segments that are locked.
     *
     * @return the number of repaired segments
     * @throws UnsoundException if the maps must be recovered as a whole. The caller must call {@link #undo} then if the
     *     repair {@linkplain #isUnfinished is unfinished}
     */
    int repair() throws IOException, UnsoundException {
        List<Segment> locked = begin();
        if (locked.isEmpty()) {
            return 0;
        }
        for (Segment segment : locked) {
            repair(segment);
        }
        Files.delete(files.file(FILE));
        return locked.size();
    }

    /** Finds the locked segments, and saves the bytes that their repair changes. */
    List<Segment> begin() throws IOException, UnsoundException {
        List<Segment> locked = new ArrayList<>();
        for (int map = 0; map < maps.size(); map++) {
            addLocked(map, locked);
        }
        if (!locked.isEmpty()) {
            save(locked);
        }
        return locked;
    }

    private void addLocked(int number, List<Segment> locked) throws UnsoundException {
        VanillaChronicleMap<?, ?, ?> map = maps.get(number);
        if (OS.memory().readVolatileLong(map.bsAddress() + map.headerSize) != 0) {
            throw new UnsoundException("tiers were being added to " + map.name());
        }
        long extraTiers = 0;
        for (int index = 0; index < map.actualSegments; index++) {
            List<Long> tiers = tiers(map, index);
            extraTiers += tiers.size() - 1;
            long header = map.segmentHeaderAddress(index);
            if (BigSegmentHeader.INSTANCE.getLockState(header) != BigSegmentHeader.INSTANCE.resetLockState()) {
                locked.add(new Segment(number, index, tiers));
            }
        }
        if (extraTiers != map.globalMutableState().getExtraTiersInUse()) {
            throw new UnsoundException("a tier of " + map.name() + " belongs to no segment");
        }
    }

    /** Returns the indices of a segment's tiers. */
    private static List<Long> tiers(VanillaChronicleMap<?, ?, ?> map, int segment) throws UnsoundException {
        List<Long> tiers = new ArrayList<>();
        tiers.add(segment + 1L);
        long last = map.actualSegments + map.globalMutableState().getAllocatedExtraTierBulks() * map.tiersInBulk;
        long next = BigSegmentHeader.INSTANCE.nextTierIndex(map.segmentHeaderAddress(segment));
        while (next != 0) {
            if (next <= map.actualSegments || next > last || tiers.size() > last) {
                throw new UnsoundException("a segment of " + map.name() + " has a tier that does not exist");
            }
            long counters = map.tierIndexToBaseAddr(next) + map.tierHashLookupOuterSize;
            if (TierCountersArea.segmentIndex(counters) != segment
                    || TierCountersArea.tier(counters) != tiers.size()
                    || TierCountersArea.prevTierIndex(counters) != tiers.get(tiers.size() - 1)) {
                throw new UnsoundException("a tier of " + map.name() + " was being added to a segment");
            }
            tiers.add(next);
            next = TierCountersArea.nextTierIndex(counters);
        }
        return tiers;
    }

    /** Saves the bytes that a repair changes. Does not flush the file: it is used only until the system restarts. */
    private void save(List<Segment> segments) throws IOException {
        Path incomplete = files.file(INCOMPLETE);
        Files.deleteIfExists(incomplete);
        try (OutputStream stream = Files.newOutputStream(
                        files.create(INCOMPLETE), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
                DataOutputStream out = new DataOutputStream(new BufferedOutputStream(stream, 1 << 16))) {
            for (Segment segment : segments) {
                VanillaChronicleMap<?, ?, ?> map = maps.get(segment.map);
                out.write(segment.map);
                out.writeInt(segment.index);
                out.write(read(map.segmentHeaderAddress(segment.index), headerLength(map)));
                out.writeInt(segment.tiers.size());
                for (long tier : segment.tiers) {
                    out.writeLong(tier);
                    out.write(read(map.tierIndexToBaseAddr(tier), tableLength(map)));
                }
            }
        }
        Files.move(incomplete, files.file(FILE), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Repairs a segment as Chronicle's recovery does. */
    private void repair(Segment segment) throws UnsoundException {
        VanillaChronicleMap<?, ?, ?> map = maps.get(segment.map);
        BigSegmentHeader.INSTANCE.resetLock(map.segmentHeaderAddress(segment.index));
        ChronicleHashCorruptionImpl corruption = new ChronicleHashCorruptionImpl();
        try (CompiledMapIterationContext<?, ?, ?> context =
                (CompiledMapIterationContext<?, ?, ?>) map.iterationContext()) {
            context.initSegmentIndex(segment.index);
            for (int tier = 0; tier < segment.tiers.size(); tier++) {
                context.initSegmentTier(tier, segment.tiers.get(tier));
                context.recoverTier(segment.index, ignored -> {}, corruption);
            }
            for (int tier = segment.tiers.size() - 1; tier >= 0; tier--) {
                context.initSegmentTier(tier, segment.tiers.get(tier));
                context.removeDuplicatesInSegment(ignored -> {}, corruption);
            }
        } catch (ChronicleHashRecoveryFailedException e) {
            throw new UnsoundException("a segment of " + map.name() + " cannot be repaired", e);
        }
    }

    private static int headerLength(VanillaChronicleHash<?, ?, ?, ?> map) {
        return Math.toIntExact(map.segmentHeaderAddress(1) - map.segmentHeaderAddress(0));
    }

    private static int tableLength(VanillaChronicleHash<?, ?, ?, ?> map) {
        return Math.toIntExact(
                map.tierHashLookupOuterSize + VanillaChronicleHash.TIER_COUNTERS_AREA_SIZE + map.tierFreeListOuterSize);
    }

    private static byte[] read(long address, int length) {
        byte[] bytes = new byte[length];
        BytesStore.wrap(address, length).read(0L, bytes, 0, length);
        return bytes;
    }

    private static void write(long address, byte[] bytes) {
        BytesStore.wrap(address, bytes.length).write(0L, bytes, 0, bytes.length);
    }
}
