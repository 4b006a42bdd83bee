/*
 * Firewalls of others whose policy is to drop what is forwarded: a packet has to pass every one.
 * What our own firewall lets through, and it decides by itself what that is, gets an accept rule
 * there for each bridge, in a chain MINI-DOCKER at the end of theirs, so that their own rules are
 * asked first. In chains of others nothing but the jump to it is ever added or removed.
 */
#ifndef FORWARD_POLICY_H
#define FORWARD_POLICY_H

/* Where the policy is to drop by now. Again is fine. fail()s. */
void forward_policy_pass(const char *bridge);

/* What was added, wherever, and whatever the policy is by now. fail()s. */
void forward_policy_forget(const char *bridge);

#endif
