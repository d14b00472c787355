package dev.sluice.filter.ip;

import dev.sluice.api.ClientInfo;
import dev.sluice.api.ConfigException;
import java.util.ArrayList;
import java.util.List;

/** A list of rules, all of one parameter. Immutable. */
final class Rules {
    private final List<Rule> rules;
    private final boolean needTls;

    private Rules(List<Rule> rules, boolean needTls) {
        this.rules = List.copyOf(rules);
        this.needTls = needTls;
    }

    /**
     * From the operator's words: rules with commas between them, except for those whose patterns may have commas.
     *
     * @throws ConfigException names the rule that is wrong
     */
    static Rules parse(String parameter, List<String> words, ClientIdentity identity) {
        List<Rule> rules = new ArrayList<>();
        boolean needTls = false;
        for (String word : words) {
            boolean name = word.startsWith("dn:") || word.startsWith("issuer-dn:") || word.startsWith("psk:");
            needTls |= name;
            for (String text : name ? new String[] {word} : word.split(",", -1)) {
                try {
                    rules.add(RuleParser.parse(text, identity));
                } catch (ConfigException e) {
                    throw new ConfigException("ip: " + parameter + "=" + text + ": " + e.getMessage(), e);
                }
            }
        }
        return new Rules(rules, needTls);
    }

    /** Whether a rule asks for what only TLS tells. */
    boolean needTls() {
        return needTls;
    }

    /** Whether a rule certainly means this client. */
    boolean admit(ClientInfo client, ClientIdentity identity) {
        for (Rule rule : rules) {
            if (rule.matches(client, identity) == Rule.Answer.YES) {
                return true;
            }
        }
        return false;
    }

    /** Whether a rule means this client, or may mean it. */
    boolean refuse(ClientInfo client, ClientIdentity identity) {
        for (Rule rule : rules) {
            if (rule.matches(client, identity) != Rule.Answer.NO) {
                return true;
            }
        }
        return false;
    }
}
