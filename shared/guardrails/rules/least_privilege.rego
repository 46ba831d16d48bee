# METADATA
# title: Policies allow what is needed and no more
# description: >-
#   Holds for every statement that does not deny, wherever a policy hangs: roles, policies, queues,
#   file systems, keys. Where an action knows no narrower resource, an exception says so.
# related_resources:
# - ref: https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
package guardrails.least_privilege

import data.guardrails.template

# METADATA
# title: Actions are named
# related_resources:
# - ref: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
deny contains object.union(found, {"action": entry.text}) if {
	some statement in template.allowing
	some entry in template.texts(statement.statement.Action)
	wildcard(entry.text)
	message := sprintf("`%s` allows actions that it does not name", [entry.text])
	found := at("least-privilege/action", statement, array.concat(["Action"], entry.path), message)
}

# METADATA
# title: Resources are named
# description: >-
#   A wildcard inside one name or path is fine (`arn:aws:s3:::bucket/*`), all resources of a kind
#   are not. In the policy of a key or a secret `*` is that key or secret.
# related_resources:
# - ref: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
# - ref: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
deny contains object.union(found, {"action": action}) if {
	some statement in template.allowing
	not statement.type in {"AWS::KMS::Key", "AWS::KMS::ReplicaKey", "AWS::SecretsManager::ResourcePolicy"}
	some entry in template.texts(statement.statement.Resource)
	names_no_resource(entry.text)
	some action in actions(statement.statement)
	message := sprintf("`%s` is allowed on `%s`: name the resources", [action, entry.text])
	found := at("least-privilege/resource", statement, array.concat(["Resource"], entry.path), message)
}

# METADATA
# title: What is allowed is not "everything but"
# related_resources:
# - ref: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html
deny contains at("least-privilege/negation", statement, [name], message) if {
	some statement in template.allowing
	some name in ["NotAction", "NotResource", "NotPrincipal"]
	statement.statement[name]
	message := sprintf("`%s` allows everything that it does not name", [name])
}

# METADATA
# title: Nobody is everybody
# description: >-
#   A statement for everyone needs a condition that says who: an account, an organisation, a
#   resource, a network. That a request comes over TLS says nothing about who sent it.
# related_resources:
# - ref: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
# - ref: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
deny contains at("least-privilege/principal", statement, ["Principal"], message) if {
	some statement in template.allowing
	template.everyone(statement.statement.Principal)
	not says_who(object.get(statement.statement, "Condition", {}))
	message := "everyone is allowed: name the principal, or say in a condition who it is"
}

# METADATA
# title: No managed policy gives it all away
# related_resources:
# - ref: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
deny contains template.violation("least-privilege/managed-policy", id, array.concat(["ManagedPolicyArns"], entry.path), message) if {
	some id, resource in template.resources
	some entry in template.texts(template.properties_of(resource).ManagedPolicyArns)
	contains(entry.text, ":policy/")
	some broad in ["AdministratorAccess", "PowerUserAccess", "FullAccess"]
	endswith(entry.text, broad)
	message := sprintf("`%s` allows more than any unit needs", [entry.text])
}

at(rule, statement, path, message) := template.violation(rule, statement.id, array.concat(statement.path, path), message)

# `*` where it names none, or none that is known before it is applied.
actions(statement) := named if {
	named := {entry.text | some entry in template.texts(statement.Action)}
	count(named) > 0
}

actions(statement) := {"*"} if count({1 | template.texts(statement.Action)[_]}) == 0

wildcard(text) if contains(text, "*")

wildcard(text) if contains(text, "?")

names_no_resource(text) if template.only_wildcards(text)

names_no_resource(text) if wildcard(split(plain(text), ":")[2])

names_no_resource(text) if {
	words := resource_words(text)
	every word in words {
		template.only_wildcards(word)
	}
}

# All of one kind, as in `table/*`. An S3 bucket stands where others have their kind.
names_no_resource(text) if {
	[kind, name] := resource_words(text)
	split(plain(text), ":")[2] != "s3"
	not contains(kind, "$")
	template.only_wildcards(name)
}

# The words after the account of an ARN.
resource_words(text) := split(replace(rest, ":", "/"), "/") if {
	fields := split(plain(text), ":")
	count(fields) > 5
	rest := concat(":", array.slice(fields, 5, count(fields)))
}

# Pseudo parameters have colons of their own.
plain(text) := replace(text, "AWS::", "")

says_who(condition) if {
	some operator, keys in condition
	trim_prefix(lower(operator), "foranyvalue:") in {
		"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike",
	}
	some key, value in keys
	lower(key) in {
		"aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths",
		"aws:sourcevpc", "aws:sourcevpce", "aws:principalarn", "aws:principalaccount", "aws:principalorgid",
		"aws:principalorgpaths", "aws:userid", "kms:calleraccount",
	}
	not includes_everyone(value)
}

includes_everyone(value) if {
	some entry in template.texts(value)
	names_no_resource(entry.text)
}

says_who(condition) if condition.Bool["elasticfilesystem:AccessedViaMountTarget"] in {"true", true}

says_who(condition) if condition.Bool["aws:PrincipalIsAWSService"] in {"true", true}
