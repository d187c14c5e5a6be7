package dev.cloakroom.tokenhandler;

import java.time.Duration;
import java.util.Map;

/**
 * What a handler has counted since it was built. It never goes down.
 *
 * @param logins logins that led to a session
 * @param refreshes refreshes that brought new tokens
 * @param failedRefreshes refreshes that brought none
 * @param logouts logouts by the page
 * @param backchannelLogouts sessions that the authorization server ended
 * @param refusals refused requests by reason
 * @param upstreamRequests requests that an upstream answered
 * @param upstreamTime the time from sending those requests to their answers' headers, added up
 */
public record TokenHandlerMetrics(
        long logins,
        long refreshes,
        long failedRefreshes,
        long logouts,
        long backchannelLogouts,
        Map<Refusal, Long> refusals,
        long upstreamRequests,
        Duration upstreamTime) {}
