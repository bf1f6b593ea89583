// A component that renders again only when one of its own properties has changed. preact/compat has one too, and forty times the code.
import { Component, createElement, type FunctionComponent, type VNode } from "preact";

export function memo<Properties extends object>(Inner: FunctionComponent<Properties>): FunctionComponent<Properties> {
  class Memo extends Component<Properties> {
    override shouldComponentUpdate(next: Readonly<Properties>): boolean {
      const before = this.props as Readonly<Record<string, unknown>>;
      return Object.entries(next).some(([name, property]) => before[name] !== property);
    }

    override render(): VNode<Properties> {
      return createElement(Inner, this.props as Properties);
    }
  }
  return (properties) => createElement(Memo, properties);
}
