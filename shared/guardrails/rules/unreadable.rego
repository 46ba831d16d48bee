# METADATA
# title: A template is what is applied
# description: >-
#   A macro rewrites a template after it was judged, and a nested stack brings resources that are
#   not in it; neither can be guarded.
# related_resources:
# - ref: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros.html
package guardrails.unreadable

import data.guardrails.template

# METADATA
# title: No macro rewrites it
# related_resources:
# - ref: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-section-structure.html
deny contains found("unreadable/transform", "", ["Transform"], message) if {
	input.Transform
	message := "the template must be what is applied: no macro may rewrite it"
}

deny contains found("unreadable/transform", resource_at(path), path, message) if {
	walk(input, [path, _])
	path[count(path) - 1] == "Fn::Transform"
	message := "the template must be what is applied: no macro may rewrite it"
}

# METADATA
# title: No nested stack brings more
# related_resources:
# - ref: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
deny contains found("unreadable/nested-stack", id, ["Resources", id], message) if {
	some id in object.keys(object.get(template.of_type, "AWS::CloudFormation::Stack", {}))
	message := "the resources must be in the template: a nested stack brings others"
}

resource_at(path) := path[1] if {
	path[0] == "Resources"
	count(path) > 2
} else := ""

found(rule, id, path, message) := {
	"rule": rule,
	"resource": id,
	"pointer": template.pointer(path),
	"msg": message,
}
