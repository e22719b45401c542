"""Goals in their order, above the search: value, fairness by a policy, spend, churn; teams standing alone."""
