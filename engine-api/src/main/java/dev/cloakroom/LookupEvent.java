package dev.cloakroom;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** A lookup, in a flight recording. */
@Name("dev.cloakroom.Lookup")
@Label("Session Lookup")
@Category("Cloakroom")
@Description("A Cookie header was turned into a session, or not")
@Threshold("1 ms")
@StackTrace(false)
final class LookupEvent extends jdk.jfr.Event {

    @Label("Outcome")
    @Nullable
    String outcome;
}
