package dev.cloakroom.chronicle;

import java.time.Duration;

/**
 * The result of the recovery of a store on disk.
 *
 * @param sessions the number of sessions after the recovery
 * @param completed the number of unfinished changes that were completed
 * @param discarded the number of damaged records that were removed: 0 after a process was killed. A power failure may
 *     damage records
 * @param duration the time that the recovery took
 */
public record Recovery(long sessions, int completed, int discarded, Duration duration) {}
