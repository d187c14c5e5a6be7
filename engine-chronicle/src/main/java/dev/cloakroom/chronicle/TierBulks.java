package dev.cloakroom.chronicle;

import java.lang.invoke.VarHandle;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.RandomAccess;
import java.util.concurrent.locks.ReentrantLock;
import net.openhft.chronicle.core.OS;
import net.openhft.chronicle.hash.VanillaGlobalMutableState;
import net.openhft.chronicle.hash.impl.VanillaChronicleHash;
import net.openhft.chronicle.hash.impl.VanillaChronicleHash.TierBulkData;
import net.openhft.chronicle.map.ChronicleMap;

/**
 * Where a map's tiers are in memory: the list that Chronicle keeps of them, made safe for threads. Tiers are added to a
 * map in bulks, each of which every process maps for itself.
 */
/*
 * Chronicle keeps a plain ArrayList. A thread that comes upon a tier whose bulk is not in it maps all bulks that are
 * missing and adds them. When another process has added the bulk, it does so without a lock; two threads that do it
 * together list a bulk twice, and from then on take one tier for another. Besides, a process that opens a file while
 * another adds a bulk may list a bulk that lies beyond what it has mapped.
 *
 * This list begins empty. A call of size() first maps every bulk that any process has completed, under a lock. So Chronicle finds none missing, with one exception: the thread that makes a bulk maps that one itself.
 * It holds the map's own lock, which is that of all processes, until it has counted the bulk as complete:
 *
 *   - A tier is reached by its number, which lies behind a segment's lock. The process that gave it that number had found its bulk
 *     counted, so that the count that is read here, under the same lock, has it.
 *   - While the bulk is being made it is not counted, so no other process maps it. When it is counted it is in the list of
 *     the process that made it. To rely on that, the count is read before the list, and fences keep it so.
 *   - The file has the length that a counted bulk needs, so mapping it does not change the file.
 */
final class TierBulks extends AbstractList<TierBulkData> implements RandomAccess {

    private final VanillaChronicleHash<?, ?, ?, ?> map;
    private final ReentrantLock mapping = new ReentrantLock();
    private volatile TierBulkData[] mapped = {};

    private TierBulks(VanillaChronicleHash<?, ?, ?, ?> map) {
        this.map = map;
    }

    /** Gives a map that was just opened, and that no other thread knows, a list that is safe, and returns the map. */
    static <M extends ChronicleMap<?, ?>> M madeSafe(M map) {
        VanillaChronicleHash<?, ?, ?, ?> hash = (VanillaChronicleHash<?, ?, ?, ?>) map;
        hash.tierBulkOffsets = new TierBulks(hash);
        return map;
    }

    /** Returns how many bytes a map writes when it adds a bulk. */
    static long bytesToGrow(ChronicleMap<?, ?> map) {
        VanillaChronicleHash<?, ?, ?, ?> hash = (VanillaChronicleHash<?, ?, ?, ?>) map;
        return hash.tiersInBulk * (hash.tierHashLookupOuterSize + hash.tierFreeListOuterSize + 2L * OS.pageSize());
    }

    /** Returns how many bulks are mapped, after mapping those that are missing. */
    @Override
    public int size() {
        int complete = complete();
        int size = mapped.length;
        return size >= complete || mapping.isHeldByCurrentThread() ? size : mapMissing();
    }

    @Override
    public TierBulkData get(int index) {
        return mapped[index];
    }

    @Override
    public boolean add(TierBulkData bulk) {
        TierBulkData[] before = mapped;
        TierBulkData[] after = Arrays.copyOf(before, before.length + 1);
        after[before.length] = bulk;
        mapped = after;
        VarHandle.fullFence();
        return true;
    }

    private int mapMissing() {
        // A reader keeps its interrupt, and a channel that is asked for its size under one closes for good.
        boolean interrupted = Thread.interrupted();
        mapping.lock();
        try {
            int complete = complete();
            if (mapped.length < complete) {
                // Asks for the size again, finds the last bulk missing, and has Chronicle map it with all before it.
                map.tierBytesOffset(map.extraTierIndexToTierIndex(complete * map.tiersInBulk - 1));
            }
            return mapped.length;
        } finally {
            mapping.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Returns how many bulks some process has made. */
    private int complete() {
        VanillaGlobalMutableState state = map.globalMutableState();
        int complete = state.getAllocatedExtraTierBulks();
        VarHandle.fullFence();
        return complete;
    }
}
