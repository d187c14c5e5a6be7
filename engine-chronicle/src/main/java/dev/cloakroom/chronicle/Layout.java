package dev.cloakroom.chronicle;

import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import net.openhft.chronicle.map.ChronicleMapBuilder;

/**
 * The layout of the maps. A map reserves the space for its maximum number of entries. The system provides the pages as
 * they are used. Beyond the reserved space a map adds tiers.
 *
 * @param maximumSessions the maximum number of sessions
 * @param typicalBytes the average length of a session's record
 * @param tiers how many times its reserved space a map may take
 */
/*
 * A map is divided into segments. Each segment has its own lock, table and space. It has a few thousand entries, so a
 * sweep holds its lock for a fraction of a millisecond, and at least the space of the largest record. A segment that is
 * full takes another tier, which has the size of the segment: because its entries are longer than the typical length,
 * or because it has more than its share of entries. The number of tiers limits how much longer than typical the records
 * may be. A segment with many tiers is slower, because a call searches each of them.
 */
record Layout(long maximumSessions, int typicalBytes, int tiers) {

    /** The default number of tiers. */
    static final int DEFAULT_TIERS = 64;

    /** The maximum length of a stored record, in bytes. */
    static final int LARGEST_RECORD = 1 << 20;

    private static final long ENTRIES_PER_SEGMENT = 2048;
    private static final long SEGMENT_BYTES = 4L << 20;
    private static final long SMALLEST_SEGMENT_BYTES = LARGEST_RECORD + (LARGEST_RECORD >> 1);
    private static final int FEWEST_SEGMENTS = 16;
    /** The bytes of an entry besides key and value: lengths, and half of the last chunk. */
    private static final long ENTRY_OVERHEAD = 8;

    /** Returns the builder of the map of sessions. */
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

    /** Returns the builder of the map of the index's heads. */
    ChronicleMapBuilder<PageKey, byte[]> heads() {
        return pages("principals", maximumSessions, 4 * IndexPage.REFERENCE_LENGTH);
    }

    /** Returns the builder of the map of the index's other pages. */
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
