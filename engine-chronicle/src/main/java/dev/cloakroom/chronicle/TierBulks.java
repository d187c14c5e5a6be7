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
 * A thread-safe replacement for Chronicle's list of the tiers of a map in memory. Tiers are added to a map in bulks,
 * and each process maps a bulk itself.
 */
/*
 * Chronicle keeps an ArrayList. A thread that finds a tier whose bulk is not in the list maps all missing bulks and
 * adds them. If another process added the bulk, it does so without a lock: two threads that do it together add a bulk
 * twice, and from then on confuse the tiers. Also, a process that opens a file while another process adds a bulk may
 * list a bulk beyond the mapped range.
 *
 * This list begins empty. A call of size() first maps every bulk that any process has completed, under a lock. So
 * Chronicle finds none missing, with one exception: the thread that makes a bulk maps it itself. That thread holds the
 * map's lock, which all processes share, until it has counted the bulk as complete:
 *
 *   - A tier is reached by its number, which lies behind a segment's lock. The process that assigned the number had
 *     found the bulk counted. The count that is read here, under the same lock, therefore includes it.
 *   - While the bulk is being made it is not counted, so no other process maps it. When it is counted, it is in the
 *     list of the process that made it. Therefore the count is read before the list, and fences keep this order.
 *   - The file has the length that a counted bulk needs, so mapping it does not change the file.
 */
final class TierBulks extends AbstractList<TierBulkData> implements RandomAccess {

    private final VanillaChronicleHash<?, ?, ?, ?> map;
    private final ReentrantLock mapping = new ReentrantLock();
    private volatile TierBulkData[] mapped = {};

    private TierBulks(VanillaChronicleHash<?, ?, ?, ?> map) {
        this.map = map;
    }

    /** Installs a thread-safe list in a map, and returns the map. No other thread may use the map yet. */
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
        // FileChannel.size closes the channel if the thread is interrupted, and a reader may be.
        boolean interrupted = Thread.interrupted();
        mapping.lock();
        try {
            int complete = complete();
            if (mapped.length < complete) {
                // Calls size() again, finds the last bulk missing, and makes Chronicle map it and all before it.
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

    /** Returns how many bulks all processes have completed. */
    private int complete() {
        VanillaGlobalMutableState state = map.globalMutableState();
        int complete = state.getAllocatedExtraTierBulks();
        VarHandle.fullFence();
        return complete;
    }
}
