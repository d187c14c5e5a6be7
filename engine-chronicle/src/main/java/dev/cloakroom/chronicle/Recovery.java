package dev.cloakroom.chronicle;

import java.time.Duration;

/**
 * What was found and done when a store on disk was opened that had not been closed.
 *
 * @param sessions how many sessions there are
 * @param completed how many changes were unfinished when the process ended, and have been completed
 * @param discarded how many records were damaged beyond that, and are gone: always 0 after a process was killed; a loss
 *     of power may leave some
 * @param duration how long it took
 */
public record Recovery(long sessions, int completed, int discarded, Duration duration) {}
