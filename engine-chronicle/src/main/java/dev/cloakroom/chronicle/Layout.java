package dev.cloakroom.chronicle;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import net.openhft.chronicle.map.ChronicleMapBuilder;

/**
 * How the maps are laid out. Everything is reserved for the bound at once and taken from the system page by page as it
 * is used; beyond what was reserved a map adds tiers.
 *
 * @param maximumSessions how many sessions there is room for
 * @param typicalBytes how long a session's record is on average
 * @param tiers how many times its reserved space a map may take
 */
/*
 * A map is cut into segments, each with a lock, a table and space of its own. A segment here has a few thousand entries,
 * so that a sweep holds its lock for a fraction of a millisecond, and at least as much space as the largest record
 * needs. A tier repeats a segment; a segment takes another when it is full, because its entries are larger than thought
 * or because chance gave it more than its share. The number of tiers says how far wrong a guess of the typical size may be before
 * the store counts as full; a segment with many tiers gets slower, as each must be asked.
 */
record Layout(long maximumSessions, int typicalBytes, int tiers) {

    /** The default number of tiers. */
    static final int DEFAULT_TIERS = 64;

    /** How long a record may be, all told. */
    static final int LARGEST_RECORD = 1 << 20;

    private static final long ENTRIES_PER_SEGMENT = 2048;
    private static final long SEGMENT_BYTES = 4L << 20;
    private static final long SMALLEST_SEGMENT_BYTES = LARGEST_RECORD + (LARGEST_RECORD >> 1);
    private static final int FEWEST_SEGMENTS = 16;
    /** What an entry takes besides key and value: lengths, and half of the last chunk. */
    private static final long ENTRY_OVERHEAD = 8;

    /** Returns what makes the map of sessions. */
    ChronicleMapBuilder<SessionKey, StoredSession> sessions() {
        StoredSessionMarshaller marshaller = new StoredSessionMarshaller();
        ChronicleMapBuilder<SessionKey, StoredSession> builder = ChronicleMapBuilder.of(
                        SessionKey.class, StoredSession.class)
                .name("sessions")
                .keyReaderAndDataAccess(new SessionKeyAccess(), new SessionKeyAccess())
                .constantKeySizeBySample(new SessionKey(0, 0))
                .valueMarshallers(marshaller, marshaller);
        return sized(builder, maximumSessions, SessionKeyAccess.LENGTH, typicalBytes, SMALLEST_SEGMENT_BYTES);
    }

    /** Returns what makes the map of the index's heads. */
    ChronicleMapBuilder<PageKey, byte[]> heads() {
        return pages("principals", maximumSessions, 4 * IndexPage.REFERENCE_LENGTH);
    }

    /** Returns what makes the map of the index's other pages. */
    ChronicleMapBuilder<PageKey, byte[]> pages() {
        return pages(
                "pages",
                maximumSessions / PrincipalIndex.PAGE_REFERENCES + 1,
                PrincipalIndex.PAGE_REFERENCES * IndexPage.REFERENCE_LENGTH);
    }

    private ChronicleMapBuilder<PageKey, byte[]> pages(String name, long entries, int typicalBytes) {
        ChronicleMapBuilder<PageKey, byte[]> builder = ChronicleMapBuilder.of(PageKey.class, byte[].class)
                .name(name)
                .keyReaderAndDataAccess(new PageKeyAccess(), new PageKeyAccess())
                .constantKeySizeBySample(new PageKey(new PrincipalKey(0, 0), 0));
        return sized(builder, entries, PageKeyAccess.LENGTH, typicalBytes, 0);
    }

    private <K, V> ChronicleMapBuilder<K, V> sized(
            ChronicleMapBuilder<K, V> builder,
            long entries,
            int keyLength,
            int typicalBytes,
            long smallestSegmentBytes) {
        int chunk = Math.max(16, Integer.highestOneBit(typicalBytes / 16));
        long entryBytes = keyLength + typicalBytes + ENTRY_OVERHEAD + chunk / 2;
        long entriesPerSegment = Math.max(64, Math.min(ENTRIES_PER_SEGMENT, SEGMENT_BYTES / entryBytes));
        int segments = Math.toIntExact(Math.max(FEWEST_SEGMENTS, nextPowerOfTwo(entries / entriesPerSegment)));
        long segmentBytes = Math.max(smallestSegmentBytes, entriesPerSegment * entryBytes);
        return builder.valueSizeMarshaller(new FixedSizeOfValue())
                .averageValueSize(typicalBytes)
                .entries(entries)
                .actualSegments(segments)
                .entriesPerSegment(entriesPerSegment)
                .actualChunkSize(chunk)
                .actualChunksPerSegmentTier(segmentBytes / chunk)
                .maxBloatFactor(tiers)
                .allowSegmentTiering(tiers > 1)
                .checksumEntries(false)
                .sparseFile(true)
                .putReturnsNull(true)
                .skipCloseOnExitHook(true);
    }

    private static long nextPowerOfTwo(long number) {
        return number <= 1 ? 1 : Long.highestOneBit(number - 1) << 1;
    }
}
