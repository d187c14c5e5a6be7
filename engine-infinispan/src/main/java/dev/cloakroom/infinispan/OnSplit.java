package dev.cloakroom.infinispan;

/** What the sides of a cluster do while a failed network keeps them apart. */
public enum OnSplit {

    /**
     * Serves a session where no other side can change it: by the side that has all of its owners and,
     * if that side has most of the nodes, all sessions that it has an owner of. Everything else is
     * {@linkplain dev.cloakroom.store.StoreUnavailableException unavailable}. No change is lost. An ended session
     * is not served, but for the seconds between when the one side has noticed the split and when the other has.
     */
    DENY,

    /**
     * Each side serves the sessions that it has, as if the other side's nodes were gone. While the network is apart a
     * session that ended on one side may still be served by the other, of two changes one may be lost, and a side may
     * take a session to be absent that it has no owner of. Once together, the ending counts, then the later change.
     */
    SERVE
}
