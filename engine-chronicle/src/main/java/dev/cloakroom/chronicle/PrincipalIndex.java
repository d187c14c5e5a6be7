package dev.cloakroom.chronicle;

import dev.cloakroom.chronicle.IndexPage.Reference;
import dev.cloakroom.store.PrincipalKey;
import dev.cloakroom.store.SessionKey;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ExternalMapQueryContext;
import net.openhft.chronicle.map.MapEntry;

/**
 * An index of the sessions of each principal, off the heap.
 */
/*
 * A head for each principal and, for the few that have many sessions, numbered pages:
 *
 *   head  principal, 0          i64 next order | i64 pages | references
 *   page  principal, 1 to pages references
 *
 * If there is a page, the head and all pages except the last one are full: the last reference replaces a removed one.
 * So the size follows the number of current sessions. Each reference has a number for the order in which sessions were
 * bound, assigned under the head's lock. Readers sort by it.
 *
 * The head's lock guards the pages. It is taken inside the lock of a session's record. For a thread that holds the
 * record's lock, the record's principal and the index change together. A reader copies the references under the head's
 * lock alone and then reads each record. So the index may list too many sessions for a moment, but never too few.
 *
 * After the crash of a process, the entries of the principals of unfinished writes are removed and rebuilt from the
 * records, which hold their order. After a crash of the system, the whole index is rebuilt.
 */
final class PrincipalIndex implements Closeable {

    static final int HEAD_REFERENCES = 32;
    static final int PAGE_REFERENCES = 256;

    private static final int HEAD_NUMBERS = 2;
    private static final int NEXT_ORDER = 0;
    private static final int PAGES = 1;

    private final ChronicleMap<PageKey, byte[]> heads;
    private final ChronicleMap<PageKey, byte[]> pages;

    PrincipalIndex(ChronicleMap<PageKey, byte[]> heads, ChronicleMap<PageKey, byte[]> pages) {
        this.heads = heads;
        this.pages = pages;
    }

    /** Returns how many bytes the index writes when it grows. */
    long bytesToGrow() {
        return TierBulks.bytesToGrow(heads) + TierBulks.bytesToGrow(pages);
    }

    /**
     * Adds a session as a principal's newest. The caller holds the lock of the session's record.
     *
     * @return its order
     * @throws dev.cloakroom.store.StoreFullException if there is no room. The index is unchanged
     */
    long add(PrincipalKey principal, SessionKey key) {
        return add(principal, key, -1);
    }

    /** Adds a session with its previous order, when the index is rebuilt. */
    void restore(PrincipalKey principal, SessionKey key, long order) {
        add(principal, key, order);
    }

    /** Returns the maps of the index. */
    List<ChronicleMap<?, ?>> maps() {
        return List.of(heads, pages);
    }

    /**
     * Removes all entries of a principal, also if a killed process left a change incomplete. A process changes one page
     * at a time, so at most one page is missing before the last one.
     */
    void forget(PrincipalKey principal) {
        try (ExternalMapQueryContext<PageKey, byte[], ?> context = heads.queryContext(new PageKey(principal, 0))) {
            context.writeLock().lock();
            MapEntry<PageKey, byte[]> entry = context.entry();
            if (entry != null) {
                Entries.remove(context, entry);
            }
            int missing = 0;
            for (long number = 1; missing < 2; number++) {
                missing = forgetPage(principal, number) ? 0 : missing + 1;
            }
        }
    }

    private boolean forgetPage(PrincipalKey principal, long number) {
        try (ExternalMapQueryContext<PageKey, byte[], ?> context = pages.queryContext(new PageKey(principal, number))) {
            context.writeLock().lock();
            MapEntry<PageKey, byte[]> entry = context.entry();
            if (entry != null) {
                Entries.remove(context, entry);
            }
            return entry != null;
        }
    }

    private long add(PrincipalKey principal, SessionKey key, long knownOrder) {
        try (ExternalMapQueryContext<PageKey, byte[], ?> context = heads.queryContext(new PageKey(principal, 0))) {
            context.writeLock().lock();
            MapEntry<PageKey, byte[]> entry = context.entry();
            IndexPage head = entry == null ? IndexPage.empty(HEAD_NUMBERS) : read(entry, HEAD_NUMBERS);
            long next = head.number(NEXT_ORDER);
            long order = knownOrder < 0 ? next : knownOrder;
            Reference reference = new Reference(key, order);
            if (head.size() < HEAD_REFERENCES) {
                head.append(reference);
            } else {
                head.number(PAGES, appendToPages(principal, head.number(PAGES), reference));
            }
            head.number(NEXT_ORDER, Math.max(next, order + 1));
            if (entry == null) {
                Entries.insert(context, head.bytes());
            } else {
                Entries.replace(context, entry, head.bytes());
            }
            return order;
        }
    }

    /** Adds a reference. Returns the number of its page. */
    private long appendToPages(PrincipalKey principal, long last, Reference reference) {
        IndexPage page = last == 0 ? IndexPage.empty(0) : page(principal, last);
        boolean startsAnother = last == 0 || page.size() == PAGE_REFERENCES;
        IndexPage target = startsAnother ? IndexPage.empty(0) : page;
        target.append(reference);
        long number = startsAnother ? last + 1 : last;
        write(principal, number, target);
        return number;
    }

    /** Removes a session if it is listed. The caller holds the lock of the session's record. */
    void remove(PrincipalKey principal, SessionKey key) {
        try (ExternalMapQueryContext<PageKey, byte[], ?> context = heads.queryContext(new PageKey(principal, 0))) {
            context.writeLock().lock();
            MapEntry<PageKey, byte[]> entry = context.entry();
            if (entry == null) {
                return;
            }
            IndexPage head = read(entry, HEAD_NUMBERS);
            long last = head.number(PAGES);
            int inHead = head.indexOf(key);
            if (inHead >= 0) {
                Reference filler = last == 0 ? head.removeLast() : takeLast(principal, head);
                if (inHead < head.size()) {
                    head.set(inHead, filler);
                }
            } else if (!removeFromPages(principal, head, key)) {
                return;
            }
            if (head.size() == 0) {
                Entries.remove(context, entry);
            } else {
                Entries.replace(context, entry, head.bytes());
            }
        }
    }

    private boolean removeFromPages(PrincipalKey principal, IndexPage head, SessionKey key) {
        long last = head.number(PAGES);
        for (long number = 1; number <= last; number++) {
            int found = page(principal, number).indexOf(key);
            if (found >= 0) {
                Reference filler = takeLast(principal, head);
                if (!filler.key().equals(key)) {
                    IndexPage page = page(principal, number);
                    page.set(found, filler);
                    write(principal, number, page);
                }
                return true;
            }
        }
        return false;
    }

    /** Removes and returns the last reference of the last page. */
    private Reference takeLast(PrincipalKey principal, IndexPage head) {
        long last = head.number(PAGES);
        IndexPage page = page(principal, last);
        Reference reference = page.removeLast();
        write(principal, last, page);
        if (page.size() == 0) {
            head.number(PAGES, last - 1);
        }
        return reference;
    }

    /** Returns the keys of the sessions that a principal may have, in the order in which they were bound to it. */
    List<SessionKey> keys(PrincipalKey principal) {
        List<Reference> references = new ArrayList<>();
        try (ExternalMapQueryContext<PageKey, byte[], ?> context = heads.queryContext(new PageKey(principal, 0))) {
            context.readLock().lock();
            MapEntry<PageKey, byte[]> entry = context.entry();
            if (entry == null) {
                return List.of();
            }
            IndexPage head = read(entry, HEAD_NUMBERS);
            head.addTo(references);
            for (long number = 1; number <= head.number(PAGES); number++) {
                page(principal, number).addTo(references);
            }
        }
        references.sort(Comparator.comparingLong(Reference::order));
        return references.stream().map(Reference::key).toList();
    }

    private IndexPage page(PrincipalKey principal, long number) {
        try (ExternalMapQueryContext<PageKey, byte[], ?> context = pages.queryContext(new PageKey(principal, number))) {
            context.readLock().lock();
            MapEntry<PageKey, byte[]> entry = context.entry();
            if (entry == null) {
                throw new IllegalStateException("a page of the index is missing");
            }
            return read(entry, 0);
        }
    }

    /** Writes a page, or removes it if it is empty. */
    private void write(PrincipalKey principal, long number, IndexPage page) {
        try (ExternalMapQueryContext<PageKey, byte[], ?> context = pages.queryContext(new PageKey(principal, number))) {
            context.writeLock().lock();
            MapEntry<PageKey, byte[]> entry = context.entry();
            if (entry == null) {
                Entries.insert(context, page.bytes());
            } else if (page.size() == 0) {
                Entries.remove(context, entry);
            } else {
                Entries.replace(context, entry, page.bytes());
            }
        }
    }

    private static IndexPage read(MapEntry<PageKey, byte[]> entry, int numbers) {
        return IndexPage.of(numbers, Entries.copy(entry.value()));
    }

    @Override
    public void close() {
        try (heads;
                pages) {
            // Only closes the map.
        }
    }
}
