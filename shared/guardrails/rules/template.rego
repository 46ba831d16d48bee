# METADATA
# title: How the rules read a template
# description: >-
#   The template is the input as it is. A setting that protects must be there as a literal; a value
#   that opens something counts only where it is a literal or text that an intrinsic function is
#   made of, because what `Ref` and `Fn::GetAtt` give is known only to AWS.
# related_resources:
# - ref: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
package guardrails.template

resources[id] := resource if {
	some id, resource in input.Resources
	is_string(resource.Type)
}

properties_of(resource) := resource.Properties if is_object(resource.Properties)

properties_of(resource) := {} if not is_object(resource.Properties)

# The properties of each resource, by type and logical id.
of_type[type][id] := properties if {
	some id, resource in resources
	type := resource.Type
	properties := properties_of(resource)
}

# What a rule finds: `path` leads from the properties of the resource to the property at fault,
# also where that is missing.
violation(rule, id, path, message) := {
	"rule": rule,
	"resource": id,
	"pointer": pointer(array.concat(["Resources", id, "Properties"], path)),
	"msg": message,
}

pointer(path) := concat("", [concat("", ["/", escaped(segment)]) | some segment in path])

escaped(segment) := replace(replace(segment, "~", "~0"), "/", "~1") if is_string(segment)

escaped(segment) := sprintf("%d", [segment]) if is_number(segment)

present(properties, name) if not object.get(properties, name, null) in {null, "", false}

# The text of a literal, or of the function that builds it, with `${}` for what only AWS knows.
text(value) := value if is_string(value)

text(value) := value["Fn::Sub"] if is_string(value["Fn::Sub"])

text(value) := value["Fn::Sub"][0] if is_string(value["Fn::Sub"][0])

text(value) := concat(delimiter, [piece(part) | some part in parts]) if {
	[delimiter, parts] := value["Fn::Join"]
	is_string(delimiter)
	is_array(parts)
}

piece(part) := part if is_string(part)

piece(part) := part["Fn::Sub"] if is_string(part["Fn::Sub"])

piece(part) := "${}" if {
	not is_string(part)
	not is_string(part["Fn::Sub"])
}

# The texts of a value, of each entry of a list, and of both ways of an `Fn::If`, with their places.
texts(value) := [{"path": path, "text": text(found)} |
	walk(value, [path, found])
	count([segment | some segment in path; not alternative(segment)]) == 0
]

alternative(segment) if is_number(segment)

alternative(segment) if segment == "Fn::If"

# The resource of this template that a value names.
referenced(value) := value.Ref

referenced(value) := value["Fn::GetAtt"][0]

referenced(value) := split(value["Fn::GetAtt"], ".")[0] if is_string(value["Fn::GetAtt"])

# A list of which CloudFormation takes a single entry as well.
list(value) := value if is_array(value)

list(value) := [value] if not is_array(value)

# Every statement of a policy that does not deny, wherever it hangs, with the path to it.
allowing contains {"id": id, "type": resource.Type, "path": path, "statement": statement} if {
	some id, resource in resources
	walk(properties_of(resource), [path, statement])
	not object.get(statement, "Effect", "Deny") == "Deny"
	some name in ["Action", "NotAction"]
	statement[name]
}

only_wildcards(word) if {
	word != ""
	trim(word, "*?") == ""
}

# Is a policy statement about everybody?
everyone(principal) if only_wildcards(text(principal))

everyone(principal) if {
	some kind in ["AWS", "Federated", "CanonicalUser"]
	some entry in texts(principal[kind])
	only_wildcards(entry.text)
}
